-- wrk script: POSTs forms, each with an id of its own. Arguments after `--`: BODIES AUTHORIZATION RUN
-- BODIES: a file of JSON objects, one a line; RUN: a word that makes the ids of this run its own.

local threads = 0

function setup(thread)
   thread:set("id", threads)
   threads = threads + 1
end

function init(args)
   bodies = {}
   for line in io.lines(args[1]) do
      bodies[#bodies + 1] = string.sub(line, 2)
   end
   run = args[3]
   head = string.format("POST /in/forms?app_id=02bf HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\n" ..
      "Content-Type: application/json\r\nreceived-on: 2026-03-02T09:41:07.118204Z\r\nContent-Length: ", args[2])
   sent = 0
end

function request()
   sent = sent + 1
   local rest = bodies[sent % #bodies + 1]
   local front = string.format('{"id": "%s-%d-%09d", ', run, id, sent)
   return head .. (#front + #rest) .. "\r\n\r\n" .. front .. rest
end

function done(summary, latency, requests)
   io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration,
      summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
      latency:percentile(50), latency:percentile(99), latency.max))
end
