"""The inspector: a page that shows what is going on, and lets one go wrong on purpose."""
