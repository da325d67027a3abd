-- The least that can escalate: a narrow table, a history and messages that nothing refers to.
CREATE SCHEMA minimal;
CREATE TABLE minimal.duties (
    id bigint PRIMARY KEY, post_id bigint NOT NULL, level smallint NOT NULL, next_at timestamptz NOT NULL
);
CREATE TABLE minimal.history (
    id bigserial PRIMARY KEY, duty_id bigint NOT NULL, level smallint NOT NULL, at timestamptz NOT NULL
);
CREATE TABLE minimal.messages (
    id bigserial PRIMARY KEY, duty_id bigint NOT NULL, post_id bigint NOT NULL, level smallint NOT NULL, at timestamptz NOT NULL
);
INSERT INTO minimal.duties SELECT id, post_id, step, next_step_at FROM duties ORDER BY id
