-- wrk -s load.lua URL -- FILE: sends the request in FILE with the calls counted up.
local number, parts = 1000000, {}

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local rest = file:read("*a")
  file:close()
  while true do
    local from, to = rest:find("@number", 1, true)
    if not from then break end
    parts[#parts + 1] = rest:sub(1, from - 1)
    rest = rest:sub(to + 1)
  end
  parts[#parts + 1] = rest
end

function request()
  number = number + 1
  return table.concat(parts, tostring(number))
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\n{"calls":%d,"failed":%d,"seconds":%f,"p50":%f,"p99":%f}\n',
    summary.requests, failed, summary.duration / 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000
  ))
end
