-- One POST a request, each for a member of its own; PREFIX keeps the members of two runs apart. CODE: FLASH100.
local prefix = os.getenv("PREFIX") or "m"
local code = os.getenv("CODE") or "FLASH100"
local count = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  count = count + 1
  return wrk.format(nil, nil, nil, '{"couponCode":"' .. code .. '","memberId":"' .. prefix .. count .. '"}')
end
