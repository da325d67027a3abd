-- A night that ran, in every community.
INSERT INTO night_log (community_id, night, ran_at, runs, counts)
SELECT id, :night, :at, ARRAY[CAST(:at AS timestamptz)], '{}' FROM units WHERE community_id = id
