-- Ends the login of the rotation before; sessions that are open end by themselves. Variable: login.
\set ON_ERROR_STOP on

SELECT format('ALTER ROLE %I NOLOGIN PASSWORD NULL', rolname)
FROM pg_roles WHERE rolname = :'login' \gexec
