"""How anything travels, whatever it is: claims, bindings, waiting, notices, limits. All of it over the `Store` port."""
