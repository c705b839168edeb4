-- wrk: each request names the next session of those given behind `--`, or none.

local requests = {}
local turn = 0

function init(sessions)
    for index = 1, #sessions do
        local headers = { Cookie = "JSESSIONID=" .. sessions[index], Host = "localhost" }
        requests[index] = wrk.format(nil, nil, headers)
    end
    if #requests == 0 then
        requests[1] = wrk.format(nil, nil, { Host = "localhost" })
    end
end

function request()
    turn = turn % #requests + 1
    return requests[turn]
end
