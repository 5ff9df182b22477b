-- wrk script: POSTs documents. Arguments after `--`, each NAME=VALUE:
-- run: a word that makes the ids of this run its own; type: the content type; encoding: the content encoding, if any;
-- bodies: a file of documents, one a line, with @ID@ where the id belongs: each request gets an id of its own;
-- packed: instead, a file of ready bodies, each behind a line with its length;
-- authorization: the header's value; authorizations: instead, a file of values, one a line, each used once.

local threads = 0

function setup(thread)
   thread:set("id", threads)
   threads = threads + 1
end

local function lines_of(path)
   local lines = {}
   for line in io.lines(path) do
      lines[#lines + 1] = line
   end
   return lines
end

local function read_templates(path)
   local templates = {}
   for _, line in ipairs(lines_of(path)) do
      local from, to = string.find(line, "@ID@", 1, true)
      templates[#templates + 1] = {string.sub(line, 1, from - 1), string.sub(line, to + 1)}
   end
   return templates
end

local function read_packed(path)
   local file = assert(io.open(path, "rb"))
   local bodies = {}
   local length = file:read("*n", 1)
   while length do
      bodies[#bodies + 1] = file:read(length)
      length = file:read("*n", 1)
   end
   file:close()
   return bodies
end

function init(args)
   given = {}
   for _, argument in ipairs(args) do
      local name, value = string.match(argument, "^(%l+)=(.*)$")
      given[name] = value
   end
   templates = given.bodies and read_templates(given.bodies)
   packed = given.packed and read_packed(given.packed)
   authorizations = given.authorizations and lines_of(given.authorizations) or {given.authorization}
   head = "POST /in/forms?app_id=02bf HTTP/1.1\r\nHost: localhost\r\n" ..
      "received-on: 2026-03-02T09:41:07.118204Z\r\nContent-Type: " .. given.type ..
      (given.encoding and "\r\nContent-Encoding: " .. given.encoding or "") .. "\r\nAuthorization: "
   sent = 0
end

local function body()
   if packed then
      return packed[sent % #packed + 1]
   end
   local template = templates[sent % #templates + 1]
   return template[1] .. string.format("%s-%d-%09d", given.run, id, sent) .. template[2]
end

function request()
   sent = sent + 1
   local bytes = body()
   return head .. authorizations[sent % #authorizations + 1] .. "\r\nContent-Length: " .. #bytes .. "\r\n\r\n" .. bytes
end

function done(summary, latency, requests)
   io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration,
      summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
      latency:percentile(50), latency:percentile(99), latency.max))
end
