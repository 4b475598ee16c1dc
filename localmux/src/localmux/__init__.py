"""A local stand-in for the Mux Video API."""
