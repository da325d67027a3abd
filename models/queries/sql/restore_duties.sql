-- The duties of an issue as they stood at a revision. Steps that fired meanwhile have fired: none fires twice.
UPDATE duties d
SET state = was.state, community_id = was.community_id, unit_id = was.unit_id, post_id = was.post_id,
    service_level_id = was.service_level_id, escalation_policy_id = was.escalation_policy_id,
    opened_at = was.opened_at, due_at = was.due_at, steps_at = was.steps_at, provisional = was.provisional,
    basis = was.basis, basis_at = was.basis_at, held_at = was.held_at, promised_at = was.promised_at,
    ended_at = was.ended_at, changed_at = :now,
    step = fired.steps, next_step_at = CASE WHEN was.state = 'open' THEN was.steps_at[fired.steps + 1] END
FROM (
    SELECT DISTINCT ON (r.row_id) r.row_id, r.content FROM revisions r
    WHERE r.kind = 'duties' AND r.id <= :revision AND r.row_id IN (SELECT id FROM duties WHERE issue_id = :issue)
    ORDER BY r.row_id, r.id DESC
) AS r
CROSS JOIN LATERAL jsonb_populate_record(NULL::duties, r.content) AS was
CROSS JOIN LATERAL (
    -- under another ladder the highest number given, and what that puts no later than what was given last
    SELECT CASE
        WHEN was.escalation_policy_id = now.escalation_policy_id THEN now.step
        ELSE coalesce((
            SELECT greatest(max(e.step), width_bucket(max(e.happened_at), was.steps_at))
            FROM events e WHERE e.duty_id = now.id AND e.action = 'step'
        ), 0)
    END AS steps
    FROM duties now WHERE now.id = r.row_id
) AS fired
WHERE d.id = r.row_id
