-- Promises of a community whose time has come, the duty still open: each becomes an event, and whoever answers for the
-- duty is reminded once more at the step where it stands.
WITH broken AS (
    UPDATE duties d
    SET promised_at = NULL, changed_at = :now
    FROM (
        SELECT id, promised_at FROM duties
        WHERE community_id = :community AND state = 'open' AND promised_at <= :now
    ) AS b
    WHERE d.id = b.id
    RETURNING d.id, d.issue_id, d.unit_id, d.post_id, d.step, d.escalation_policy_id, b.promised_at
),
history AS (
    INSERT INTO events (county_id, issue_id, duty_id, action, happened_at, recorded_at)
    SELECT :county, issue_id, id, 'break', promised_at, :now FROM broken
    RETURNING 1
),
told AS (
    INSERT INTO notices (county_id, duty_id, step, post_id, arming, action, immediate, recorded_at)
    SELECT :county, b.id, b.step, a.post_id,
        (SELECT coalesce(max(n.arming) + 1, 0) FROM notices n
         WHERE n.duty_id = b.id AND n.step = b.step AND n.post_id = a.post_id),
        'remind', p.immediate, :now
    FROM broken b
    JOIN escalation_policies p ON p.id = b.escalation_policy_id
    JOIN units u ON u.id = b.unit_id
    CROSS JOIN LATERAL (SELECT coalesce(b.post_id, u.answering[u.depth + 1])) AS a (post_id)
    RETURNING 1
)
SELECT count(*) FROM history
