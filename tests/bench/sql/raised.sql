-- Before a night: so many new issues were raised at :raised_at, in turn one for each grid; they wait to be assigned.
WITH grid AS (
    SELECT id, county_id, community_id, answering[depth + 1] AS post_id, row_number() OVER (ORDER BY id) - 1 AS turn
    FROM units WHERE depth = (SELECT max(depth) FROM units)
),
issue AS (
    INSERT INTO issues (
        county_id, community_id, unit_id, number, source, external_id, category_id, severity, lane, stage, summary,
        happened_at, recorded_at, reopenings, called_up, changed_at
    )
    SELECT
        county_id, community_id, id, 'new-' || CAST(:raised_at AS text) || '-' || n, 'bench',
        CAST(:raised_at AS text) || '-' || n, (SELECT min(id) FROM categories), 'ordinary', 'simple', 'raised',
        'the door of house ' || n || ' is broken', CAST(:raised_at AS timestamptz), CAST(:raised_at AS timestamptz), 0, FALSE,
        CAST(:raised_at AS timestamptz)
    FROM generate_series(1, :count) AS n
    JOIN grid ON grid.turn = n % (SELECT count(*) FROM grid)
    RETURNING id, county_id, community_id, unit_id
),
numbered AS (
    UPDATE issue_numbers i SET last = last + c.count
    FROM (SELECT community_id, count(*) AS count FROM issue GROUP BY 1) AS c
    WHERE i.community_id = c.community_id
),
told AS (
    INSERT INTO events (county_id, issue_id, action, stage_to, person_id, post_id, happened_at, recorded_at)
    SELECT i.county_id, i.id, 'report', 'raised', (SELECT min(id) FROM people), g.post_id, :raised_at, :raised_at
    FROM issue i JOIN grid g ON g.id = i.unit_id
)
INSERT INTO duties (
    community_id, issue_id, unit_id, service_level_id, escalation_policy_id, kind, state, opened_at, due_at, steps_at, step,
    next_step_at, provisional, basis, promises, changed_at
)
SELECT
    i.community_id, i.id, i.unit_id, l.id, l.escalation_policy_id, 'act', 'open', :raised_at, :due_at, :steps_at, 0,
    (CAST(:steps_at AS timestamptz []))[1], FALSE, 'policy', 0, :raised_at
FROM issue i JOIN service_levels l ON l.key = 'act'
