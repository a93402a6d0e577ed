# The yardstick: nginx with one worker that answers every request with 409. Sourced; sets $nginx_port.
# $nginx_connections (2048): how many it takes.
start_nginx() {
  nginx_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  cat >"$work/nginx.conf" <<TEXT
worker_processes 1;
daemon off;
pid $work/nginx-$nginx_port.pid;
error_log stderr error;
events { worker_connections ${nginx_connections:-2048}; }
http {
  access_log off;
  client_body_temp_path $work/body;
  proxy_temp_path $work/proxy;
  fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi;
  scgi_temp_path $work/scgi;
  keepalive_requests 100000000;
  default_type application/json;
  server {
    listen 127.0.0.1:$nginx_port backlog=4096;
    location / { return 409 '{"success":false,"error":{"code":"COUPON-003","message":"all places are taken"}}'; }
  }
}
TEXT
  /usr/sbin/nginx -c "$work/nginx.conf" -p "$work" &
  pids+=($!)
}
