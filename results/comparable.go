package results

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Fingerprint tells kinds of hosts apart. That two are equal does not mean that
// it is the same machine.
func (h *Host) Fingerprint() string {
	parts := []string{h.OS + "/" + h.Arch}
	if h.CPU != "" {
		parts = append(parts, h.CPU)
	}
	parts = append(parts, fmt.Sprintf("%d cores", h.Cores))
	if h.CPULimit > 0 {
		parts = append(parts, fmt.Sprintf("limited to %.4g", h.CPULimit))
	}
	if h.Kernel != "" {
		parts = append(parts, "kernel "+h.Kernel)
	}
	return strings.Join(parts, ", ")
}

// LoadDiffers says in what two measurements' loads differ; "" if in nothing.
// That in-flight limits of the open model differ is no other load.
func (a *Header) LoadDiffers(b *Header) string {
	switch {
	case a.Scenario.Name != b.Scenario.Name:
		return fmt.Sprintf("the scenarios differ, %s and %s", a.Scenario.Name, b.Scenario.Name)
	case a.Scenario.Digest != "" && b.Scenario.Digest != "" && a.Scenario.Digest != b.Scenario.Digest:
		return fmt.Sprintf("the scenario %s has changed between them", a.Scenario.Name)
	case a.Model != b.Model:
		return fmt.Sprintf("the load models differ, %s and %s", a.Model, b.Model)
	case a.Model == Closed && a.Connections != b.Connections:
		return fmt.Sprintf("the connections differ, %d and %d", a.Connections, b.Connections)
	case a.Clients != b.Clients:
		return fmt.Sprintf("the clients differ, %s and %s", a.LoadModel(), b.LoadModel())
	case a.Model != Closed && (a.RateRPS != b.RateRPS || a.Arrivals != b.Arrivals || a.Shape != b.Shape):
		return fmt.Sprintf("the arrivals differ, %s and %s", a.LoadModel(), b.LoadModel())
	case !slices.EqualFunc(a.Classes, b.Classes, Class.sameLoad):
		return "the request classes or their shares differ"
	case a.besideDiffers(b):
		return "the loads beside the measured one differ"
	}
	return ""
}

// sameLoad says that a class of two measurements is the same; what is looked at in
// its answers is no load.
func (c Class) sameLoad(other Class) bool {
	c.Checks, other.Checks = nil, nil
	return reflect.DeepEqual(c, other)
}
