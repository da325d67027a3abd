-- A ledger of :open issues, in turn one for each grid; each has an open duty to handle it whose first two steps have
-- passed. Its third falls in one of :rounds rounds, a day apart from :now on; the fourth lies beyond all rounds. So each
-- round climbs an equal share of the ledger by one step. As life lays them, duties of a round were opened together: the
-- round goes with the number, in two service levels of different length. Scattered, they lie all over the table.
WITH grid AS (
    SELECT id, county_id, community_id, answering[depth + 1] AS post_id, row_number() OVER (ORDER BY id) - 1 AS turn
    FROM units WHERE depth = (SELECT max(depth) FROM units)
),
level AS (
    SELECT id, escalation_policy_id FROM service_levels WHERE key = 'act'
),
raised AS (
    SELECT
        n, to_char(n, 'FM00000000') AS written, g.county_id, g.community_id, g.id AS unit_id, g.post_id,
        CAST(:now AS timestamptz) + interval '1 day' * (
            CASE WHEN :scattered THEN n ELSE (n - 1) * :rounds / :open + n % 2 * 4 END % :rounds
        ) AS third
    FROM generate_series(1, :open) AS n
    JOIN grid g ON g.turn = n % (SELECT count(*) FROM grid)
),
issue AS (
    INSERT INTO issues (
        id, county_id, community_id, unit_id, number, source, external_id, category_id, severity, lane, stage, summary,
        happened_at, recorded_at, reopenings, called_up, changed_at
    )
    SELECT
        n, county_id, community_id, unit_id, 'bench-' || written, 'bench', written, (SELECT min(id) FROM categories),
        'ordinary', 'simple', 'acting', 'the lamp on the stairs of house ' || n || ' is out',
        third - interval '4 days', third - interval '4 days', 0, FALSE, third - interval '4 days'
    FROM raised
    ORDER BY n
)
INSERT INTO duties (
    community_id, issue_id, unit_id, post_id, service_level_id, escalation_policy_id, kind, state, opened_at, due_at,
    steps_at, step, next_step_at, provisional, basis, promises, changed_at
)
SELECT
    community_id, n, unit_id, post_id, level.id, level.escalation_policy_id, 'act', 'open', third - interval '4 days',
    third - interval '1 day',
    ARRAY[
        third - interval '2 days', third - interval '1 day', third, third + interval '60 days', third + interval '62 days'
    ],
    2, third, FALSE, 'policy', 0, third - interval '4 days'
FROM raised
CROSS JOIN level
ORDER BY n
