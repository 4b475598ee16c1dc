"""The pages of the site, one module per area, and the routes that return them."""
