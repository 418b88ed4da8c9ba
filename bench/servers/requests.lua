-- Sends the prepared requests one after another, each once (PUT, or GET without a body), and prints what came back as JSON.
local lines, position, token, counter = {}, 0, os.getenv("BENCH_TOKEN"), 1

function setup(thread)
  thread:set("id", counter)
  counter = counter + 1
end

function init(args)
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do lines[#lines + 1] = line end
end

function request()
  position = position + 1
  if position > #lines then wrk.thread:stop(); position = #lines end
  local path, body = lines[position]:match("^([^\t]+)\t(.*)$")
  if body == "" then return wrk.format("GET", path, {["Authorization"] = "Bearer " .. token}) end
  return wrk.format("PUT", path, {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token}, body)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "median_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
