"""Live streaming: what encoders send, received over RTMP."""
