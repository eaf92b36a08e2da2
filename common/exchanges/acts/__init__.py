"""Acts: a deal enters its stage, one draft completion act appears in 1C (rules, Acts)."""
