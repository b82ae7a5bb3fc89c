-- 初めに1回、PostgreSQLの管理者が実行します。二つのパスワードを、書き換えてから使ってください。
-- kenshu_owner は表を作る役割(flask db upgrade、flask restore)、kenshu_app はサイトを動かす役割です。
-- サイトの役割は、受講の証拠(evidence)を書き足し、読むことだけができます。
CREATE ROLE kenshu_owner LOGIN PASSWORD 'ここを書き換える-1';
CREATE ROLE kenshu_app LOGIN PASSWORD 'ここを書き換える-2';
CREATE DATABASE kenshu OWNER kenshu_owner ENCODING 'UTF8' TEMPLATE template0;
