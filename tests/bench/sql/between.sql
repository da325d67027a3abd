-- Between two nights: what was assigned has been signed, and every :every-th issue from :first on is as if just raised.
WITH signed AS (
    UPDATE duties SET state = 'fulfilled', ended_at = opened_at, next_step_at = NULL WHERE kind = 'sign' AND state = 'open'
),
back AS (
    UPDATE issues SET stage = 'raised' WHERE id % :every = :first RETURNING id
)
UPDATE duties d SET post_id = NULL FROM back WHERE d.issue_id = back.id AND d.kind = 'act' AND d.state = 'open'
