-- flask db upgrade のたびに、データベース kenshu で、kenshu_owner の役割で実行します。何度実行しても構いません。
GRANT USAGE ON SCHEMA public TO kenshu_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO kenshu_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO kenshu_app;
REVOKE UPDATE, DELETE, TRUNCATE ON evidence FROM kenshu_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON alembic_version FROM kenshu_app;
