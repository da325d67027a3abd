-- On a day: what the night assigned is signed for at :signed_at.
WITH signed AS (
    UPDATE duties SET state = 'fulfilled', ended_at = :signed_at, next_step_at = NULL, changed_at = :signed_at
    WHERE kind = 'sign' AND state = 'open'
    RETURNING issue_id, post_id
),
taken AS (
    UPDATE issues i SET stage = 'acting', changed_at = :signed_at
    FROM signed WHERE i.id = signed.issue_id
    RETURNING i.id, i.county_id, signed.post_id
)
INSERT INTO events (county_id, issue_id, action, stage_from, stage_to, person_id, post_id, happened_at, recorded_at)
SELECT county_id, id, 'sign', 'raised', 'acting', (SELECT min(id) FROM people), post_id, :signed_at, :signed_at FROM taken
