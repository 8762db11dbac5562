package auth

import "strings"

// mark is a word in a User-Agent and the name that it stands for. The order matters: browsers call themselves by the
// names of their ancestors too.
type mark struct{ word, name string }

var browsers = []mark{
	{"MicroMessenger/", "WeChat"}, {"UCBrowser/", "UC Browser"}, {"SamsungBrowser/", "Samsung Internet"},
	{"HuaweiBrowser/", "Huawei Browser"}, {"MiuiBrowser/", "Mi Browser"}, {"QQBrowser/", "QQ Browser"},
	{"YaBrowser/", "Yandex Browser"}, {"OPR/", "Opera"}, {"Opera Mini/", "Opera Mini"}, {"EdgA/", "Edge"},
	{"EdgiOS/", "Edge"}, {"Edg/", "Edge"}, {"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"}, {"CriOS/", "Chrome"},
	{"HeadlessChrome/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	{"Go-http-client/", "Go"},
}

var systems = []mark{
	{"HarmonyOS", "HarmonyOS"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"KAIOS", "KaiOS"},
	{"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Macintosh", "Mac"}, {"Linux", "Linux"},
}

// deviceOf makes "Chrome · Android" of a User-Agent: names only, the same in every language, nothing of what the
// browser sent is kept as it was.
func deviceOf(userAgent string) string {
	names := make([]string, 0, 2)
	for _, list := range [][]mark{browsers, systems} {
		for _, m := range list {
			if strings.Contains(userAgent, m.word) {
				names = append(names, m.name)
				break
			}
		}
	}
	return strings.Join(names, " · ")
}
