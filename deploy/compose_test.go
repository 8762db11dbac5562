// Package deploy holds what runs Hanzhi for real, and the tests that keep it fit to run.
package deploy

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"hanzhi/server/config"
)

// secrets are what compose.yaml must not start without.
var secrets = map[string]string{
	"HANZHI_DOMAIN":     "learn.example.org",
	"HANZHI_SECRET":     strings.Repeat("s", 64),
	"POSTGRES_PASSWORD": "p0stgres",
	"REDIS_PASSWORD":    "r3dis",
	"MINIO_PASSWORD":    "m1niominio",
}

func load(env map[string]string) (*types.Project, error) {
	dir, err := filepath.Abs("..")
	if err != nil {
		return nil, err
	}
	return loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir:  dir,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(dir, "compose.yaml")}},
		Environment: maps.Clone(env), // the loader adds to it
	}, func(o *loader.Options) { o.SetProjectName("hanzhi", true) })
}

func project(t *testing.T) *types.Project {
	t.Helper()
	p, err := load(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestComposeSecrets(t *testing.T) {
	t.Parallel()
	for name := range secrets {
		t.Run("refuses to start without "+name+" and names it", func(t *testing.T) {
			t.Parallel()
			env := maps.Clone(secrets)
			delete(env, name)
			if _, err := load(env); err == nil || !strings.Contains(err.Error(), name) {
				t.Fatalf("got %v", err)
			}
		})
	}
	t.Run("lists every secret in env.example", func(t *testing.T) {
		t.Parallel()
		b, err := os.ReadFile("env.example")
		if err != nil {
			t.Fatal(err)
		}
		for name := range secrets {
			if !strings.Contains(string(b), "\n"+name+"=") {
				t.Errorf("%s is not there", name)
			}
		}
	})
	t.Run("holds no secret of its own", func(t *testing.T) {
		t.Parallel()
		for name, s := range project(t).Services {
			for key, value := range s.Environment {
				secret := strings.Contains(key, "PASSWORD") || strings.Contains(key, "SECRET") || strings.Contains(key, "TOKEN")
				if secret && value != nil && *value != "" && !slices.Contains(slices.Collect(maps.Values(secrets)), *value) {
					t.Errorf("%s: %s is fixed", name, key)
				}
			}
		}
	})
}

func TestComposeServices(t *testing.T) {
	t.Parallel()
	p := project(t)
	t.Run("every service has a health check and comes back by itself", func(t *testing.T) {
		t.Parallel()
		for name, s := range p.Services {
			if s.HealthCheck == nil || s.HealthCheck.Disable || len(s.HealthCheck.Test) < 2 || s.Restart != "unless-stopped" {
				t.Errorf("%s: health check %v, restart %q", name, s.HealthCheck, s.Restart)
			}
		}
	})
	t.Run("every service waits for the health of what it needs", func(t *testing.T) {
		t.Parallel()
		for name, s := range p.Services {
			for other, d := range s.DependsOn {
				if d.Condition != types.ServiceConditionHealthy {
					t.Errorf("%s waits for %s to be %s", name, other, d.Condition)
				}
			}
		}
		want := []string{"minio", "postgres", "redis"}
		if got := slices.Sorted(maps.Keys(p.Services["hanzhi"].DependsOn)); !slices.Equal(got, want) {
			t.Errorf("the server waits for %v, want %v", got, want)
		}
	})
	t.Run("all state lies in named volumes", func(t *testing.T) {
		t.Parallel()
		for name, at := range map[string]string{"postgres": "/var/lib/postgresql/data", "redis": "/data", "minio": "/data", "proxy": "/data"} {
			found := slices.ContainsFunc(p.Services[name].Volumes, func(v types.ServiceVolumeConfig) bool {
				_, declared := p.Volumes[v.Source]
				return v.Type == types.VolumeTypeVolume && v.Target == at && declared
			})
			if !found {
				t.Errorf("%s has no named volume at %s", name, at)
			}
		}
	})
	t.Run("files that are mounted are there", func(t *testing.T) {
		t.Parallel()
		for name, s := range p.Services {
			for _, v := range s.Volumes {
				if v.Type != types.VolumeTypeBind {
					continue
				}
				if _, err := os.Stat(v.Source); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	})
	t.Run("only the proxy can be reached from outside", func(t *testing.T) {
		t.Parallel()
		for name, s := range p.Services {
			if name != "proxy" && len(s.Ports) > 0 {
				t.Errorf("%s publishes ports", name)
			}
			if _, front := s.Networks["front"]; front && name != "proxy" && name != "hanzhi" {
				t.Errorf("%s is in the outer network", name)
			}
		}
		if !p.Networks["back"].Internal {
			t.Error("the inner network leads outside")
		}
	})
	t.Run("the server can run in any number of copies", func(t *testing.T) {
		t.Parallel()
		s := p.Services["hanzhi"]
		if s.ContainerName != "" || s.Deploy == nil || s.Deploy.Replicas == nil || *s.Deploy.Replicas < 2 || len(s.Volumes) != 0 {
			t.Errorf("name %q, deploy %v, volumes %v", s.ContainerName, s.Deploy, s.Volumes)
		}
	})
}

func TestComposeConfig(t *testing.T) {
	t.Parallel()
	s := project(t).Services["hanzhi"]
	read := map[string]bool{}
	cfg, err := config.Load(func(name string) string {
		read[name] = true
		if v := s.Environment[name]; v != nil {
			return *v
		}
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("gives the server real services for all three embedded ones", func(t *testing.T) {
		t.Parallel()
		if cfg.DatabaseURL == "" || cfg.RedisURL == "" || cfg.S3.Endpoint == "" || cfg.Secret == "" || !cfg.TLS() {
			t.Errorf("got %+v", cfg.Redacted())
		}
	})
	t.Run("lets requests end before the container is killed", func(t *testing.T) {
		t.Parallel()
		if s.StopGracePeriod == nil || cfg.DrainTime >= time.Duration(*s.StopGracePeriod) {
			t.Errorf("drains for %v", cfg.DrainTime)
		}
	})
	t.Run("names no setting that the server does not read", func(t *testing.T) {
		t.Parallel()
		for name := range s.Environment {
			if !read[name] {
				t.Errorf("%s is not a setting", name)
			}
		}
	})
	t.Run("is described in docs/operate.md, every setting", func(t *testing.T) {
		t.Parallel()
		b, err := os.ReadFile("../docs/operate.md")
		if err != nil {
			t.Fatal(err)
		}
		for name := range read {
			if !strings.Contains(string(b), "| `"+name+"` |") {
				t.Errorf("%s has no row in its table", name)
			}
		}
		for _, m := range regexp.MustCompile("\\| `(HANZHI_[A-Z0-9_]+)` \\|").FindAllStringSubmatch(string(b), -1) {
			if !read[m[1]] {
				t.Errorf("it describes %s, which nothing reads", m[1])
			}
		}
	})
}

func TestDockerfile(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	last := text[strings.LastIndex(text, "\nFROM "):]
	t.Run("runs as a plain user in an image without compilers", func(t *testing.T) {
		t.Parallel()
		if !regexp.MustCompile(`(?m)^USER hanzhi$`).MatchString(last) || strings.Contains(last, "golang") || strings.Contains(last, "node") {
			t.Error(last)
		}
	})
	t.Run("brings ffmpeg and a health check", func(t *testing.T) {
		t.Parallel()
		if !strings.Contains(last, " ffmpeg ") || !strings.Contains(last, "\nHEALTHCHECK ") {
			t.Error(last)
		}
	})
	t.Run("builds with the Go and Node that the project asks for", func(t *testing.T) {
		t.Parallel()
		mod, err := os.ReadFile("../go.mod")
		if err != nil {
			t.Fatal(err)
		}
		version := regexp.MustCompile(`(?m)^go (1\.\d+)`).FindStringSubmatch(string(mod))[1]
		if !strings.Contains(text, "golang:"+version+"-") {
			t.Errorf("go.mod asks for Go %s", version)
		}
		lock, err := os.ReadFile("../frontend/package.json")
		if err != nil {
			t.Fatal(err)
		}
		node := regexp.MustCompile(`"node": "(\d+)\.`).FindStringSubmatch(string(lock))[1]
		if !strings.Contains(text, "node:"+node+"-") {
			t.Errorf("package.json asks for Node %s", node)
		}
	})
	t.Run("copies only what the context holds", func(t *testing.T) {
		t.Parallel()
		for _, m := range regexp.MustCompile(`(?m)^COPY ([a-z].*) \S+$`).FindAllStringSubmatch(text, -1) {
			for _, path := range strings.Fields(m[1]) {
				if _, err := os.Stat(filepath.Join("..", path)); err != nil {
					t.Error(err)
				}
			}
		}
	})
}
