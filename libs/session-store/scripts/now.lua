#!lua flags=no-writes
-- The moment, by the clock of the server that keeps the roll: in a Cluster TIME alone may ask any other.
-- KEYS  1 due
-- Returns milliseconds
--@include clock
return clock()
