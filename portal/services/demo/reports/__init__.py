"""Reports in full, as invented people deal with them: bundles, links, talks, what families see, what is withdrawn."""
