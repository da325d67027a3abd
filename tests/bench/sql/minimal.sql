-- One step up, one row of history, one message: no catching up, no tree, no question whom a step addresses.
WITH moved AS (
    UPDATE minimal.duties SET level = level + 1, next_at = :now + interval '60 days'
    WHERE next_at <= :now
    RETURNING id, post_id, level
),
history AS (
    INSERT INTO minimal.history (duty_id, level, at) SELECT id, level, :now FROM moved
)
INSERT INTO minimal.messages (duty_id, post_id, level, at) SELECT id, post_id, level, :now FROM moved
