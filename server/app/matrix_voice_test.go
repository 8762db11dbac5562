package app_test

func voiceRules() map[string]rule {
	return map[string]rule{"tones": rowOf(at("/api/tones"), ownOnly)}
}
