-- Issues that their source has closed are struck off as of then, on hold or not: what the closing fulfils was done by
-- then, nothing else is owed any more, a request has lapsed. What is not under way is left alone.
WITH told AS (
    SELECT * FROM unnest(CAST(:issues AS bigint []), CAST(:posts AS bigint []), CAST(:closed AS timestamptz []))
        AS t (issue_id, post_id, closed_at)
),
closing AS MATERIALIZED (
    -- adding nothing keeps the newest of a row from being looked for from the newest of all rows backwards
    SELECT i.id, i.stage, t.post_id, t.closed_at, greatest(
        (SELECT max(r.id + 0) FROM revisions r WHERE r.kind = 'issues' AND r.row_id = i.id),
        (
            SELECT max(newest.id) FROM duties d CROSS JOIN LATERAL (
                SELECT max(r.id + 0) AS id FROM revisions r WHERE r.kind = 'duties' AND r.row_id = d.id
            ) AS newest
            WHERE d.issue_id = i.id
        )
    ) AS revision_id
    FROM told t JOIN issues i ON i.id = t.issue_id
    WHERE i.stage IN ('raised', 'acting', 'evaluating')
),
struck AS (
    UPDATE issues i SET stage = 'closed', closed_at = c.closed_at, held_until = NULL, changed_at = :now
    FROM closing c WHERE i.id = c.id
    RETURNING 1
),
ended AS (
    UPDATE duties d
    SET state = CASE WHEN d.kind = ANY(CAST(:fulfils AS text [])) THEN 'fulfilled' ELSE 'cancelled' END,
        ended_at = CASE WHEN d.kind = ANY(CAST(:fulfils AS text [])) THEN c.closed_at ELSE :now END,
        next_step_at = NULL, held_at = NULL, promised_at = NULL, changed_at = :now
    FROM closing c WHERE d.issue_id = c.id AND d.state IN ('open', 'held')
    RETURNING 1
),
lapsed AS (
    UPDATE requests q SET decided_at = :now FROM closing c WHERE q.issue_id = c.id AND q.decided_at IS NULL
    RETURNING 1
),
history AS (
    INSERT INTO events (
        county_id, issue_id, action, stage_from, stage_to, person_id, post_id, revision_id, happened_at, recorded_at
    )
    SELECT :county, id, 'close_as_recorded', stage, 'closed', :person, post_id, revision_id, closed_at, :now
    FROM closing ORDER BY id
    RETURNING 1
)
SELECT count(*) FROM history
