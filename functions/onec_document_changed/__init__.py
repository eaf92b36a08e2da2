"""Documents and files that changed in 1C:DM, and the carrying of all documents, whatever noticed them."""
