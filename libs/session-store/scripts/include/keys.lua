-- The keys of one server and of the roll that reports in full, holds and strikes begin with.
--   1 record:<server>  string, TTL retention    2 answer:<server>  string, TTL lease     3 due  sorted set
--   4 pulse, 5 settled  strings                 6 events  stream                         7 held  sorted set
--   8 endpoints, 9 replaced, 10 zones  hashes   11 leaving  sorted set                   12 verdicts:<server>  hash
local keys = {
  record = KEYS[1], answer = KEYS[2], due = KEYS[3], pulse = KEYS[4], settled = KEYS[5], events = KEYS[6], held = KEYS[7],
  endpoints = KEYS[8], replaced = KEYS[9], zones = KEYS[10], leaving = KEYS[11], verdicts = KEYS[12]
}
