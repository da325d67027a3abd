-- Owed duties get the times decided for each in :rows; those whose instants really move leave an event with the old ones.
-- A step that now falls no later than the go-live moment of an issue from elsewhere is passed over.
WITH moved AS (
    UPDATE duties d
    SET due_at = r.due_at, steps_at = r.steps_at, provisional = r.provisional, changed_at = :now,
        step = given.step, next_step_at = CASE WHEN d.state = 'open' THEN r.steps_at[given.step + 1] END
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        id bigint, due_at timestamptz, steps_at timestamptz [], provisional boolean
    )
    JOIN duties was ON was.id = r.id
    JOIN issues i ON i.id = was.issue_id
    CROSS JOIN LATERAL (
        -- what lies after the clock stood still has not come
        SELECT greatest(was.step, CASE WHEN i.live_at IS NOT NULL THEN width_bucket(least(i.live_at, was.held_at), r.steps_at) END) AS step
    ) AS given
    WHERE d.id = r.id
    RETURNING d.id, d.issue_id, was.due_at, was.steps_at, (d.due_at, d.steps_at) <> (was.due_at, was.steps_at) AS elsewhere
),
history AS (
    INSERT INTO events (county_id, issue_id, duty_id, action, facts, happened_at, recorded_at)
    SELECT
        :county, issue_id, id, 'reschedule', jsonb_build_object('why', 'calendar', 'due_at', due_at, 'steps_at', steps_at),
        :now, :now
    FROM moved
    WHERE elsewhere
    ORDER BY id
    RETURNING 1
)
SELECT count(*) FROM history
