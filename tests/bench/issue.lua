-- One POST a request, each for a member of its own; PREFIX keeps the members of two runs apart.
local prefix = os.getenv("PREFIX") or "m"
local count = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  count = count + 1
  return wrk.format(nil, nil, nil, '{"couponCode":"FLASH100","memberId":"' .. prefix .. count .. '"}')
end
