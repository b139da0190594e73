-- POSTs one data point after the other: all metrics, six categories, a thousand values.
dofile(debug.getinfo(1, "S").source:match("@(.*/)") .. "report.lua")

local metrics = {
   "revenue", "users", "orders", "conversion_rate", "bounce_rate", "session_duration", "page_views",
}
local categories = { '"Software"', '"Hardware"', '"Services"', '"Training"', '"Support"', "null" }
local count = 1000
local posts = {}
local index = 0
local threads = 0

-- Every thread begins elsewhere, so that they do not send the same at the same time.
function setup(thread)
   thread:set("offset", threads * 337)
   threads = threads + 1
end

function init(arguments)
   wrk.headers["Content-Type"] = "application/json"
   index = offset
   for number = 1, count do
      local body = string.format(
         '{"metric_type": "%s", "value": %.2f, "category": %s}',
         metrics[number % 7 + 1], number * 13 % 977 + number / 100, categories[number % 6 + 1])
      -- Made once here, because Lua shares the cores with the server.
      posts[number] = wrk.format("POST", nil, nil, body)
   end
end

function request()
   index = index % count + 1
   return posts[index]
end
