-- What posts owe passes to whoever holds them from a day on: each duty owed gets an event with who had it and who has it
-- (null: nobody, the tier above answers), the post hears once more that it is newly theirs, and what the one before
-- promised is void. Where :as_of is given, the instant at which the day began, only what the post owed before it passes
-- on, and what was handed over so already is left alone: a night run twice hands over once.
WITH change AS (
    SELECT * FROM unnest(
        CAST(:posts AS bigint[]), CAST(:before AS bigint[]), CAST(:after AS bigint[]), CAST(:days AS date[]),
        CAST(:as_of AS timestamptz[])
    ) AS c (post_id, before, after, day, as_of)
),
handed AS MATERIALIZED (
    SELECT d.id, d.issue_id, c.post_id, c.before, c.after, c.day, c.as_of, i.severity
    FROM change c
    JOIN duties d ON d.post_id = c.post_id AND d.state IN ('open', 'held')
    JOIN issues i ON i.id = d.issue_id
    WHERE coalesce(d.community_id = CAST(:community AS bigint), true)
        AND (c.as_of IS NULL OR (
            c.post_id = (
                SELECT (r.content ->> 'post_id')::bigint FROM revisions r
                WHERE r.kind = 'duties' AND r.row_id = d.id AND r.recorded_at < c.as_of
                ORDER BY r.id DESC LIMIT 1
            )
            AND NOT EXISTS (
                SELECT FROM events e
                WHERE e.issue_id = d.issue_id AND e.duty_id = d.id AND e.action = 'hand_over'
                    AND e.post_id = c.post_id AND e.facts ->> 'on' = c.day::text
                    AND (e.facts ->> 'to')::bigint IS NOT DISTINCT FROM c.after
            )
        ))
),
forgotten AS (
    UPDATE duties d SET promised_at = NULL, promises = 0, changed_at = :now
    FROM handed h
    WHERE d.id = h.id AND (d.promised_at IS NOT NULL OR d.promises > 0)
    RETURNING 1
),
told AS (
    INSERT INTO notices (county_id, duty_id, step, post_id, arming, immediate, recorded_at)
    SELECT DISTINCT :county, h.id, 0, h.post_id,
        (SELECT coalesce(max(n.arming) + 1, 0) FROM notices n
         WHERE n.duty_id = h.id AND n.step = 0 AND n.post_id = h.post_id),
        h.severity = 'urgent', CAST(:now AS timestamptz)
    FROM handed h
    WHERE NOT EXISTS (
        -- what the post has not yet heard of, whoever holds it then will hear
        SELECT FROM notices n
        WHERE n.duty_id = h.id AND n.step = 0 AND n.post_id = h.post_id AND n.settled_at IS NULL
    )
    RETURNING 1
),
history AS (
    INSERT INTO events (county_id, issue_id, duty_id, action, person_id, post_id, facts, happened_at, recorded_at)
    SELECT :county, h.issue_id, h.id, 'hand_over', CAST(:by AS bigint), h.post_id,
        jsonb_build_object('from', h.before, 'to', h.after, 'on', h.day), coalesce(h.as_of, :now), :now
    FROM handed h ORDER BY h.issue_id, h.id, h.day
    RETURNING 1
)
SELECT count(DISTINCT id) FROM handed
