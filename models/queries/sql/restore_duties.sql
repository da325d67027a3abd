-- The duties of an issue as they stood at a revision, in what a mistake, recorded at :recorded_at, changed of them. What
-- has happened to them by rule since then has happened: a post has got them, a promise is broken. Steps that fired
-- meanwhile have fired: none fires twice.
WITH kin (key, together) AS (
    VALUES
    ('state', 'clock'), ('held_at', 'clock'), ('ended_at', 'clock'), ('service_level_id', 'clock'),
    ('escalation_policy_id', 'clock'), ('opened_at', 'clock'), ('due_at', 'clock'), ('steps_at', 'clock'),
    ('provisional', 'clock'), ('basis', 'clock'), ('basis_at', 'clock'),
    ('community_id', 'place'), ('unit_id', 'place'), ('post_id', 'place'),
    ('promised_at', 'promise'), ('promises', 'promise')
),
was AS (
    SELECT DISTINCT ON (r.row_id) r.row_id, r.content FROM revisions r
    WHERE r.kind = 'duties' AND r.id <= :revision AND r.row_id IN (SELECT id FROM duties WHERE issue_id = :issue)
    ORDER BY r.row_id, r.id DESC
),
became AS (
    SELECT DISTINCT ON (r.row_id) r.row_id, r.content FROM revisions r
    WHERE r.kind = 'duties' AND r.id > :revision AND r.recorded_at = :recorded_at AND r.row_id IN (SELECT row_id FROM was)
    ORDER BY r.row_id, r.id DESC
),
mistaken AS (
    SELECT row_id, was.content AS stood, jsonb_object_agg(kin.key, was.content -> kin.key) AS back
    FROM was JOIN became USING (row_id) CROSS JOIN kin
    WHERE kin.together IN (
        SELECT k.together FROM kin AS k WHERE was.content -> k.key IS DISTINCT FROM became.content -> k.key
    )
    GROUP BY row_id, was.content
)
UPDATE duties d
SET state = back.state, held_at = back.held_at, ended_at = back.ended_at, service_level_id = back.service_level_id,
    escalation_policy_id = back.escalation_policy_id, opened_at = back.opened_at, due_at = back.due_at,
    steps_at = back.steps_at, provisional = back.provisional, basis = back.basis, basis_at = back.basis_at,
    community_id = back.community_id, unit_id = back.unit_id, post_id = back.post_id,
    promised_at = back.promised_at, promises = back.promises, changed_at = :now,
    step = given.step, next_step_at = CASE WHEN back.state = 'open' THEN back.steps_at[given.step + 1] END
FROM mistaken m
JOIN duties now ON now.id = m.row_id
CROSS JOIN LATERAL jsonb_populate_record(now, m.back) AS back
CROSS JOIN LATERAL (
    SELECT max(e.step) AS step, max(e.happened_at) AS at FROM events e
    WHERE e.issue_id = :issue AND e.duty_id = now.id AND e.action = 'step'
) AS fired
CROSS JOIN LATERAL (
    -- under another ladder the steps before the last one that fired count as given
    SELECT CASE WHEN m.back ? 'state' THEN greatest(
        (m.stood ->> 'step')::smallint, fired.step,
        CASE WHEN back.escalation_policy_id <> now.escalation_policy_id THEN width_bucket(fired.at, back.steps_at) END
    ) ELSE now.step END AS step
) AS given
WHERE d.id = m.row_id
