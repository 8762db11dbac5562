package app_test

import "encoding/base64"

func listRules(*fixture) map[string]rule {
	list := map[string]any{"name": "GF0025-2021", "version": 0, "apply": false,
		"files": []any{map[string]any{"name": "level-1.txt", "data": base64.StdEncoding.EncodeToString([]byte("爱\n八\n"))}}}
	return map[string]rule{
		"searchTranscripts": rowOf(at("/api/courses/matrix-course/transcripts?query=stop"), open),
		"levelLists":        rowOf(at("/api/level-lists"), open),
		"importLevelList":   rowOf(func(*fixture, *client) (string, any) { return "/api/level-lists/gf2021", list }, adminOnly),
		"deleteLevelList":   rowOf(at("/api/level-lists/none"), "401 403 403 403 403 403 403 404"),
		"chineseLevel":      rowOf(at("/api/account/chinese-level"), ownOnly),
	}
}
