-- Open and held duties go over to another policy: what was decided for each stands in :rows. Those whose times or steps
-- change leave an event with what they were before.
WITH moved AS (
    UPDATE duties d
    SET service_level_id = r.level_id, escalation_policy_id = r.escalation_id, due_at = r.due_at, steps_at = r.steps_at,
        step = r.step, next_step_at = CASE WHEN d.state = 'open' THEN r.steps_at[r.step + 1] END,
        provisional = r.provisional, changed_at = :now
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        id bigint, level_id bigint, escalation_id bigint, due_at timestamptz, steps_at timestamptz [], step smallint,
        provisional boolean, before jsonb
    )
    WHERE d.id = r.id
    RETURNING d.id, d.issue_id, r.before
)
INSERT INTO events (county_id, issue_id, duty_id, action, facts, happened_at, recorded_at)
SELECT :county, m.issue_id, m.id, 'reschedule', m.before, :now, :now
FROM moved m
WHERE jsonb_typeof(m.before) = 'object'
