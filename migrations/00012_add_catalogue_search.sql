-- +goose Up
-- Search over texts of many languages. The server folds the texts (case, accents, alef forms, Hanzi cut into overlapping
-- pairs) before they come here, for the document and for the query alike; these functions add the stemming.

-- A document: the i-th text is stemmed by the i-th configuration and kept unstemmed too, with the i-th weight.
-- +goose StatementBegin
CREATE FUNCTION search_document(configs text[], weights text[], texts text[]) RETURNS tsvector LANGUAGE plpgsql STABLE AS $$
DECLARE
    document tsvector := '';
BEGIN
    FOR i IN 1 .. coalesce(array_length(texts, 1), 0) LOOP
        document := document || setweight(to_tsvector('simple', texts[i]) || to_tsvector(configs[i]::regconfig, texts[i]), weights[i]::"char");
    END LOOP;
    RETURN document;
END $$;
-- +goose StatementEnd

-- A query: all words must be there, each in any of its forms (parted by a space; letters and digits only), also as the
-- beginning of a longer word; roots[i] is what words[i] is derived from ('' = nothing). Pairs of Hanzi, which are not
-- stemmed, are taken as they are. NULL when there is nothing to look for.
-- +goose StatementBegin
CREATE FUNCTION search_query(words text[], roots text[], stemmed boolean[]) RETURNS tsquery LANGUAGE plpgsql STABLE AS $$
DECLARE
    wanted tsquery;
    word tsquery;
    form text;
    config regconfig;
BEGIN
    FOR i IN 1 .. coalesce(array_length(words, 1), 0) LOOP
        word := NULL;
        FOREACH form IN ARRAY string_to_array(words[i], ' ') LOOP
            word := coalesce(word || to_tsquery('simple', quote_literal(form)), to_tsquery('simple', quote_literal(form)));
            IF stemmed[i] THEN
                word := word || to_tsquery('simple', quote_literal(form) || ':*');
                FOREACH config IN ARRAY '{english,french,russian,arabic}'::regconfig[] LOOP
                    word := word || plainto_tsquery(config, form);
                END LOOP;
            END IF;
        END LOOP;
        IF roots[i] <> '' THEN
            word := word || to_tsquery('simple', quote_literal(roots[i]) || ':*');
        END IF;
        wanted := CASE WHEN wanted IS NULL THEN word ELSE wanted && word END;
    END LOOP;
    RETURN wanted;
END $$;
-- +goose StatementEnd
