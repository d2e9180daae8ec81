/* Five bodies under gravity, advanced by a symplectic step. */
#include <math.h>
#include <stdio.h>

#define PI 3.141592653589793
#define SOLAR_MASS (4.0 * PI * PI)
#define DAYS_PER_YEAR 365.24
#define COUNT 5

typedef struct { double x, y, z, vx, vy, vz, mass; } Body;

static Body bodies[COUNT] = {
  {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0},
  {4.84143144246472, -1.16032004402743, -0.103622044471123, 0.00166007664274404, 0.00769901118419740, -0.0000690460016972064, 0.000954791938424327},
  {8.34336671824458, 4.12479856412430, -0.403523417114321, -0.00276742510726411, 0.00499852801234917, 0.0000230417297573764, 0.000285885980666131},
  {12.8943695621391, -15.1111514016986, -0.223307578892656, 0.00296460137564762, 0.00237847173959481, -0.0000296589568540238, 0.0000436624404335156},
  {15.3796971148509, -25.9193146099880, 0.179258772950371, 0.00268067772490389, 0.00162824170038242, -0.0000951592254519716, 0.0000515138902046611},
};

static void scale(void) {
  for (int i = 0; i < COUNT; i++) {
    bodies[i].vx *= DAYS_PER_YEAR;
    bodies[i].vy *= DAYS_PER_YEAR;
    bodies[i].vz *= DAYS_PER_YEAR;
    bodies[i].mass *= SOLAR_MASS;
  }
}

static void offset_momentum(void) {
  double px = 0.0, py = 0.0, pz = 0.0;
  for (int i = 0; i < COUNT; i++) {
    px += bodies[i].vx * bodies[i].mass;
    py += bodies[i].vy * bodies[i].mass;
    pz += bodies[i].vz * bodies[i].mass;
  }
  bodies[0].vx = -px / SOLAR_MASS;
  bodies[0].vy = -py / SOLAR_MASS;
  bodies[0].vz = -pz / SOLAR_MASS;
}

static void advance(double dt, int steps) {
  for (int s = 0; s < steps; s++) {
    for (int i = 0; i < COUNT; i++) {
      Body *a = &bodies[i];
      for (int j = i + 1; j < COUNT; j++) {
        Body *b = &bodies[j];
        double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
        double square = dx * dx + dy * dy + dz * dz;
        double pull = dt / (square * sqrt(square));
        a->vx -= dx * b->mass * pull;
        a->vy -= dy * b->mass * pull;
        a->vz -= dz * b->mass * pull;
        b->vx += dx * a->mass * pull;
        b->vy += dy * a->mass * pull;
        b->vz += dz * a->mass * pull;
      }
    }
    for (int i = 0; i < COUNT; i++) {
      bodies[i].x += dt * bodies[i].vx;
      bodies[i].y += dt * bodies[i].vy;
      bodies[i].z += dt * bodies[i].vz;
    }
  }
}

static double energy(void) {
  double total = 0.0;
  for (int i = 0; i < COUNT; i++) {
    Body *a = &bodies[i];
    total += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
    for (int j = i + 1; j < COUNT; j++) {
      Body *b = &bodies[j];
      double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      total -= a->mass * b->mass / sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return total;
}

int main(void) {
  scale();
  offset_momentum();
  printf("%.9f\n", energy());
  advance(0.01, 120000);
  printf("%.9f\n", energy());
  return 0;
}
