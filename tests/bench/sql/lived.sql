-- A ledger of :open issues as life leaves it: raised, assigned by a night, signed for, climbed, with history, notices
-- and revisions as the product writes them. :classes say when each hundredth of it was raised and what became of it.
WITH class AS (
    SELECT * FROM jsonb_to_recordset(CAST(:classes AS jsonb)) AS c (
        first int, last int, level_id bigint, ladder_id bigint, called_up boolean, opened_at timestamptz, due_at timestamptz,
        steps_at timestamptz [], step int, assigned_at timestamptz, signed_at timestamptz, sign_due_at timestamptz,
        sign_steps_at timestamptz [], fired jsonb, told jsonb
    )
),
grid AS (
    SELECT id, county_id, community_id, answering, depth, row_number() OVER (ORDER BY id) - 1 AS turn
    FROM units WHERE depth = (SELECT max(depth) FROM units)
),
signing AS (
    SELECT id, escalation_policy_id FROM service_levels WHERE key = 'sign'
),
raised AS MATERIALIZED (
    SELECT
        n, g.id AS unit_id, g.county_id, g.community_id, g.answering, g.answering[g.depth + 1] AS post_id,
        (SELECT min(id) FROM people) AS person_id, class.*
    FROM generate_series(1, :open) AS n
    JOIN grid g ON g.turn = n % (SELECT count(*) FROM grid)
    JOIN class ON (n - 1) * 100 / :open BETWEEN class.first AND class.last
),
issue AS (
    INSERT INTO issues (
        id, county_id, community_id, unit_id, number, source, external_id, category_id, severity, lane, stage, summary,
        happened_at, recorded_at, reopenings, called_up, changed_at
    )
    SELECT
        n, county_id, community_id, unit_id, 'bench-' || n, 'bench', n, (SELECT min(id) FROM categories), 'ordinary', 'simple',
        'acting', 'the lamp on the stairs of house ' || n || ' is out', opened_at, opened_at, 0, called_up, signed_at
    FROM raised
),
numbered AS (
    INSERT INTO issue_numbers (community_id, year, last) SELECT community_id, 2026, count(*) FROM raised GROUP BY 1
),
work AS (
    INSERT INTO duties (
        id, community_id, issue_id, unit_id, post_id, service_level_id, escalation_policy_id, kind, state, opened_at, due_at,
        steps_at, step, next_step_at, provisional, basis, promises, changed_at
    )
    SELECT
        n, community_id, n, unit_id, post_id, level_id, ladder_id, 'act', 'open', opened_at, due_at, steps_at, step,
        steps_at[step + 1], FALSE, 'policy', 0, signed_at
    FROM raised
    RETURNING *
),
signature AS (
    INSERT INTO duties (
        id, community_id, issue_id, unit_id, post_id, service_level_id, escalation_policy_id, kind, state, opened_at, due_at,
        steps_at, step, next_step_at, provisional, basis, promises, parent_id, ended_at, changed_at
    )
    SELECT
        :open + n, community_id, n, unit_id, post_id, signing.id, signing.escalation_policy_id, 'sign', 'fulfilled',
        assigned_at, sign_due_at, sign_steps_at, 0, NULL, FALSE, 'policy', 0, n, signed_at, signed_at
    FROM raised CROSS JOIN signing
    RETURNING *
),
known AS (
    INSERT INTO revisions (kind, row_id, recorded_at, content)
    SELECT 'duties', row_id, recorded_at, content FROM (
        SELECT w.id, 1, r.opened_at, to_jsonb(w) || jsonb_build_object('post_id', NULL, 'step', 0, 'changed_at', r.opened_at)
        FROM work w JOIN raised r ON r.n = w.issue_id
        UNION ALL
        SELECT w.id, 2, r.assigned_at, to_jsonb(w) || jsonb_build_object('step', 0, 'changed_at', r.assigned_at)
        FROM work w JOIN raised r ON r.n = w.issue_id
        UNION ALL
        SELECT s.id, 1, r.assigned_at,
            to_jsonb(s) || jsonb_build_object('state', 'open', 'ended_at', NULL, 'changed_at', r.assigned_at)
        FROM signature s JOIN raised r ON r.n = s.issue_id
        UNION ALL
        SELECT s.id, 2, s.changed_at, to_jsonb(s) FROM signature s
    ) AS row (row_id, turn, recorded_at, content)
    ORDER BY row_id, turn
),
history AS (
    INSERT INTO events (
        county_id, issue_id, duty_id, action, stage_from, stage_to, step, person_id, post_id, happened_at, recorded_at
    )
    SELECT r.county_id, r.n, e.duty_id, e.action, e.stage_from, e.stage_to, e.step, e.person_id, e.post_id, e.at, e.known
    FROM raised r CROSS JOIN LATERAL (
        VALUES
        (1, CAST(NULL AS bigint), 'report', CAST(NULL AS text), 'raised', CAST(NULL AS int), r.person_id, r.post_id, r.opened_at, r.opened_at),
        (2, NULL, 'assign', 'raised', 'raised', NULL, NULL, r.post_id, r.assigned_at, r.assigned_at),
        (3, NULL, 'sign', 'raised', 'acting', NULL, r.person_id, r.post_id, r.signed_at, r.signed_at)
        UNION ALL
        SELECT 3 + f.step, r.n, 'step', NULL, NULL, f.step, NULL, NULL, f.at, f.known
        FROM jsonb_to_recordset(r.fired) AS f (step int, at timestamptz, known timestamptz)
    ) AS e (turn, duty_id, action, stage_from, stage_to, step, person_id, post_id, at, known)
    ORDER BY r.n, e.turn
)
INSERT INTO notices (county_id, duty_id, step, post_id, action, immediate, recorded_at)
SELECT r.county_id, t.duty_id, t.step, t.post_id, t.action, FALSE, t.known
FROM raised r CROSS JOIN LATERAL (
    SELECT CAST(:open + r.n AS bigint), 0, r.post_id, CAST(NULL AS text), r.assigned_at
    UNION ALL
    SELECT r.n, f.step, coalesce(r.answering[f.depth + 1], r.post_id), f.action, f.known
    FROM jsonb_to_recordset(r.told) AS f (step int, depth int, action text, known timestamptz)
) AS t (duty_id, step, post_id, action, known)
