-- Presses OBS's own buttons Start Streaming and Stop Streaming when the test orders it.
-- A signal cannot: while OBS streams, it answers SIGINT with a question.
local obs = obslua
local order_path = script_path() .. "order"
local buttons = {
    start = obs.obs_frontend_streaming_start,
    stop = obs.obs_frontend_streaming_stop,
}

local function obey()
    local file = io.open(order_path)
    if file == nil then
        return
    end
    local order = file:read("*l")
    file:close()
    os.remove(order_path)
    buttons[order]()
end

function script_load()
    obs.timer_add(obey, 100)
end
