-- The climb: every open duty of a community whose next step has come moves to the highest step reached by :now.
-- Each step passed becomes an event; of the steps passed at once, each addressed post hears of the highest that
-- addresses it. What meanwhile ended is left alone: the history follows from the rows really moved.
-- Nobody is reminded of what they promised for later, nor of a part of something that has escalated already.
WITH due AS MATERIALIZED (
    SELECT d.id, d.step AS was, width_bucket(:now, d.steps_at) AS reached, p.immediate
    FROM duties d
    JOIN escalation_policies p ON p.id = d.escalation_policy_id
    WHERE d.community_id = :community AND d.state = 'open' AND d.next_step_at <= :now AND (p.immediate OR NOT :immediate)
),
moved AS (
    UPDATE duties d
    SET step = due.reached, next_step_at = d.steps_at[due.reached + 1]
    FROM due
    WHERE d.id = due.id AND d.state = 'open' AND d.step = due.was
    RETURNING d.id, d.issue_id, d.unit_id, d.post_id, d.escalation_policy_id, d.steps_at, due.was, due.reached, due.immediate,
        d.promised_at, d.parent_id
),
history AS (
    INSERT INTO events (county_id, issue_id, duty_id, action, step, happened_at, recorded_at)
    SELECT :county, m.issue_id, m.id, 'step', n, m.steps_at[n], :now
    FROM moved m CROSS JOIN LATERAL generate_series(m.was + 1, m.reached) AS n
    RETURNING 1
),
told AS (
    INSERT INTO notices (county_id, duty_id, step, post_id, action, immediate, recorded_at)
    SELECT DISTINCT ON (m.id, a.post_id) :county, m.id, s.number, a.post_id, s.action, m.immediate, :now
    FROM moved m
    JOIN units u ON u.id = m.unit_id
    JOIN escalation_steps s ON s.policy_id = m.escalation_policy_id AND s.number > m.was AND s.number <= m.reached
    CROSS JOIN LATERAL (
        -- the tier addressed, the duty's own post, or, where there is neither, whoever answers for the unit
        SELECT coalesce(CASE WHEN s.depth IS NULL THEN m.post_id ELSE u.answering[s.depth + 1] END, u.answering[u.depth + 1])
    ) AS a (post_id)
    WHERE s.action <> 'remind' OR (
        coalesce(m.promised_at <= :now, true)
        AND NOT EXISTS (
            SELECT FROM duties parent
            JOIN issues i ON i.id = parent.issue_id
            JOIN escalation_steps given ON given.policy_id = parent.escalation_policy_id AND given.number <= parent.step
                AND given.number > coalesce(width_bucket(i.live_at, parent.steps_at), 0) -- of those passed over nobody heard
            WHERE parent.id = m.parent_id AND parent.state = 'open' AND given.action <> 'remind'
        )
    )
    -- a post that a step addresses twice, as the holder and as a tier, hears it as the holder
    ORDER BY m.id, a.post_id, s.number DESC, s.depth DESC NULLS FIRST
    RETURNING action
)
SELECT
    (SELECT count(*) FROM moved) AS climbed,
    (SELECT count(*) FROM moved WHERE reached > was + 1) AS caught_up,
    (SELECT count(*) FROM history) AS steps,
    (SELECT count(*) FROM told WHERE action = 'remind') AS reminded,
    (SELECT count(*) FROM told WHERE action = 'tell') AS told,
    (SELECT count(*) FROM told WHERE action = 'supervise') AS supervised
