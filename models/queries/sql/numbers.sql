-- The next running numbers of some communities in a year, so many of each: their names and the first number of each. The
-- communities come in ascending order: nobody waits for another in a circle.
WITH asked AS (
    SELECT a.community_id, a.given
    FROM unnest(CAST(:communities AS bigint []), CAST(:counts AS bigint [])) AS a (community_id, given)
),
taken AS (
    INSERT INTO issue_numbers (community_id, year, last)
    SELECT asked.community_id, :year, asked.given FROM asked
    ON CONFLICT (community_id, year) DO UPDATE SET last = issue_numbers.last + excluded.last
    RETURNING community_id, last
)
SELECT taken.community_id, units.name, taken.last - asked.given + 1 AS first
FROM taken
JOIN asked ON asked.community_id = taken.community_id
JOIN units ON units.id = taken.community_id
