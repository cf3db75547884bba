-- Says that everything that anybody remembered is written: what is still missing, is gone.
-- ARGV: …, revision of the memory
-- RESTORED
raise(ARGV[5])
append(next_revision(), {'restored', '1'})
return {'RESTORED'}
