-- POSTs one point after the other in InfluxDB's line protocol: the points of ingest.lua, no two at the same time.
dofile(debug.getinfo(1, "S").source:match("@(.*/)") .. "report.lua")

local metrics = {
   "revenue", "users", "orders", "conversion_rate", "bounce_rate", "session_duration", "page_views",
}
local categories = {
   ",category=Software", ",category=Hardware", ",category=Services", ",category=Training", ",category=Support", "",
}
local count = 1000
local heads = {}
local index = 0
local sent = 0
local threads = 0

-- Every thread has nanoseconds of its own, and begins elsewhere.
function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(arguments)
   index = number * 337
   local now = os.time()
   for each = 1, count do
      local line = string.format(
         "%s%s value=%.2f %d%d", metrics[each % 7 + 1], categories[each % 6 + 1], each * 13 % 977 + each / 100, now,
         number)
      -- All but the eight digits by which the times differ.
      heads[each] = wrk.format("POST", nil, nil, line .. "00000000"):sub(1, -9)
   end
end

function request()
   index = index % count + 1
   sent = sent + 1
   return heads[index] .. string.format("%08d", sent)
end
