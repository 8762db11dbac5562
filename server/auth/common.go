package auth

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
)

// commonPasswords are those of eight characters and more that head every list of leaked passwords, and ours own.
// Numbers in a row, keyboard rows and repetitions are found by rule.
var commonPasswords = func() map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(`
		password passw0rd p@ssword p@ssw0rd pa55word password! passwort motdepasse motdepass parola123 contraseña
		iloveyou ilovegod sunshine princess princesa football baseball basketball superman batman123 spiderman starwars
		pokemon1 trustno1 whatever computer internet samsung1 michelle jennifer jordan23 liverpool chelsea1 arsenal1
		welcome1 welcome123 letmein1 letmein123 changeme changeme1 admin123 admin1234 administrator root1234 guest123
		test1234 testtest test12345 teacher1 student1 student123 teacher123 school123 hello123 hello1234 qwerty123
		qwerty12 qwerty1234 qwertyui 1q2w3e4r 1q2w3e4r5t q1w2e3r4 1qaz2wsx zaq12wsx !qaz2wsx qazwsxedc a1b2c3d4 abcd1234
		abc12345 abc123456 abcdefg1 aa123456 a1234567 a12345678 a123456789 asd12345 asdf1234 1234qwer 123qweasd qwe12345
		123456aa 12345678a 123456789a 123456abc 1234abcd 123abc123 woaini1314 woaini520 woaini123 5201314a 52013145
		wo123456 wangyut2 zhang123 nihao123 nihao1234 hanzhi123 hanzhi1234 hanzi123 hanyu123 zhongwen zhongguo china123
		chinese1 mandarin привет123 пароль123 парольпароль йцукенгш marseille azertyui azerty123 azertyuiop doudou123
		soleil123 loulou123 bonjour1 bonjour123 mohammed muhammad ahmed123 bismillah allahuakbar salam123 nigeria1
		zambia123 kenya123 dragon123 monkey123 master123 shadow123 killer123 charlie1 thomas123 freedom1 fuckyou1
		secret123 access14 mustang1 corvette maverick dolphins rangers1 yankees1 q1w2e3r4t5 zxcvbnm1 zxcvbnm123`) {
		set[word] = true
	}
	return set
}()

// rows are what fingers run along; a password that is a piece of them, forwards or backwards, is guessed at once.
var rows = []string{
	"01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "azertyuiopqsdfghjklmwxcvbn",
	"йцукенгшщзхъфывапролджэячсмитьбю", "абвгдежзийклмнопрстуфхцчшщъыьэюя", "qazwsxedcrfvtgbyhnujm", "1qaz2wsx3edc4rfv5tgb",
	"ضصثقفغعهخحجدشسيبلاتنمكطئءؤرلاىةوزظ",
}

// isCommon reports a password that guessers try first. It is in NFKC already.
func isCommon(password string, known []string) bool {
	p := cases.Fold().String(password)
	if commonPasswords[p] || commonPasswords[strings.TrimRight(p, "!.?")] {
		return true
	}
	backwards := []rune(p)
	slices.Reverse(backwards)
	for _, row := range rows {
		if strings.Contains(row, p) || strings.Contains(row, string(backwards)) {
			return true
		}
	}
	if repeats(p) {
		return true
	}
	for _, k := range known {
		k = cases.Fold().String(normal(k))
		local, _, _ := strings.Cut(k, "@")
		if p == k || p == local || p == strings.ReplaceAll(k, " ", "") {
			return true
		}
	}
	return false
}

// repeats reports a password that is one, two, three or four characters over and over: aaaaaaaa, abcabcabc, 12341234.
func repeats(p string) bool {
	runes := []rune(p)
	for size := 1; size <= 4 && 2*size <= utf8.RuneCountInString(p); size++ {
		same := true
		for i := size; i < len(runes) && same; i++ {
			same = runes[i] == runes[i-size]
		}
		if same {
			return true
		}
	}
	return false
}
