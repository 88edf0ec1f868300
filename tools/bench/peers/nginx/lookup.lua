-- Who builds a resolver of nginx and Lua stores the finished answer, and hands it on.
local redis = require('nginx.redis')

local id = ngx.var.arg_sessionId
local transport = ngx.var.arg_transport
if not id or not id:find('^[%w._~-]+$') or (transport ~= 'HTTP' and transport ~= 'QUIC') then
  return ngx.exit(400)
end
local client = redis:new()
client:set_timeout(1000)
local connected = client:connect('127.0.0.1', tonumber(ngx.var.redis_port))
if not connected then return ngx.exit(503) end
local answer, problem = client:get(ngx.var.key_prefix .. id)
if problem then return ngx.exit(503) end
client:set_keepalive(60000, 512)
if answer == ngx.null then return ngx.exit(404) end
ngx.header['Content-Type'] = 'application/json'
ngx.header['Content-Length'] = #answer
ngx.print(answer)
