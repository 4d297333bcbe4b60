package predict

import (
	"sync"

	"github.com/maypok86/otter/v2"
	"github.com/maypok86/otter/v2/stats"
)

// defaultCacheEntries bounds the cache: about 2 MB when full.
const defaultCacheEntries = 10_000

// cache remembers predictions by their exact inputs. Features are never NaN
// (the rules forbid it), so they are sound map keys; 0 and -0 are one key, and
// take the same way through every tree.
type cache struct {
	entries  *otter.Cache[Features, float64]
	clearing sync.Mutex // two clears must not both count the same entries
}

func newCache(maximum int) (*cache, error) {
	entries, err := otter.New(&otter.Options[Features, float64]{
		MaximumSize:   maximum,
		StatsRecorder: stats.NewCounter(),
	})
	if err != nil {
		return nil, err
	}
	return &cache{entries: entries}, nil
}

func (c *cache) get(x *Features) (float64, bool) { return c.entries.GetIfPresent(*x) }

func (c *cache) put(x *Features, y float64) { c.entries.Set(*x, y) }

func (c *cache) clear() (cleared int) {
	c.clearing.Lock()
	defer c.clearing.Unlock()
	c.entries.CleanUp() // so that the size is exact when nobody else writes
	cleared = c.entries.EstimatedSize()
	c.entries.InvalidateAll()
	return cleared
}

func (c *cache) stats() CacheStats {
	s := c.entries.Stats()
	out := CacheStats{
		Size:          c.entries.EstimatedSize(),
		TotalRequests: s.Hits + s.Misses,
		CacheHits:     s.Hits,
		CacheMisses:   s.Misses,
	}
	if out.TotalRequests > 0 {
		out.HitRate = float64(out.CacheHits) / float64(out.TotalRequests)
	}
	return out
}
