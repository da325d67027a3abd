-- The climb as one who administers the database would write it for a whole county at once. PostgreSQL 18 for `old`;
-- the product runs on 15, too.
WITH moved AS (
    UPDATE duties d
    SET step = width_bucket(:now, d.steps_at), next_step_at = d.steps_at[width_bucket(:now, d.steps_at) + 1]
    WHERE d.state = 'open' AND d.next_step_at <= :now
    RETURNING d.id, d.issue_id, d.unit_id, d.post_id, d.escalation_policy_id, d.steps_at, old.step AS was, new.step AS reached
),
history AS (
    INSERT INTO events (county_id, issue_id, duty_id, action, step, happened_at, recorded_at)
    SELECT :county, m.issue_id, m.id, 'step', n, m.steps_at[n], :now
    FROM moved m CROSS JOIN LATERAL generate_series(m.was + 1, m.reached) AS n
)
INSERT INTO notices (county_id, duty_id, step, post_id, action, immediate, recorded_at)
SELECT DISTINCT ON (m.id, a.post_id) :county, m.id, s.number, a.post_id, s.action, p.immediate, :now
FROM moved m
JOIN units u ON u.id = m.unit_id
JOIN escalation_policies p ON p.id = m.escalation_policy_id
JOIN escalation_steps s ON s.policy_id = p.id AND s.number > m.was AND s.number <= m.reached
CROSS JOIN LATERAL (
    SELECT coalesce(CASE WHEN s.depth IS NULL THEN m.post_id ELSE u.answering[s.depth + 1] END, u.answering[u.depth + 1])
) AS a (post_id)
ORDER BY m.id, a.post_id, s.number DESC
