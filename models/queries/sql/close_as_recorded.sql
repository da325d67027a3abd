-- Issues whose source says that they were closed: :closings are a list of id and at. What is struck off already, or ended
-- in another way, is left alone.
WITH given AS (
    SELECT i.id, i.stage, c.at
    FROM jsonb_to_recordset(CAST(:closings AS jsonb)) AS c (id bigint, at timestamptz)
    JOIN issues i ON i.id = c.id
    WHERE i.county_id = :county AND i.stage IN ('raised', 'acting', 'evaluating')
),
closed AS (
    UPDATE issues i SET stage = 'closed', closed_at = given.at, held_until = NULL, changed_at = :now
    FROM given WHERE i.id = given.id
    RETURNING i.id
),
ended AS (
    UPDATE duties d
    SET state = 'cancelled', ended_at = given.at, next_step_at = NULL, held_at = NULL, promised_at = NULL, changed_at = :now
    FROM given WHERE d.issue_id = given.id AND d.state IN ('open', 'held')
),
history AS (
    INSERT INTO events (county_id, issue_id, action, stage_from, stage_to, happened_at, recorded_at)
    SELECT :county, given.id, 'close', given.stage, 'closed', given.at, :now FROM given
)
SELECT count(*) FROM closed
